package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.internal.http.HttpEndpoints;
import dev.holdfast.internal.socket.SocketParts;

/**
 * What all connections of a guard share.
 *
 * @param sockets what their sockets share
 * @param addresses of names, by the user's resolver
 * @param connects hears of foreign answers, which are known only after the connect
 * @param installation whether the client is this guard's too
 */
record GuardParts(
    HttpGuardSettings settings,
    SocketParts sockets,
    HttpEndpoints endpoints,
    Addresses addresses,
    ConnectListener connects,
    Installation installation) {}
