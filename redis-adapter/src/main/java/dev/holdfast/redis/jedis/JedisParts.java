package dev.holdfast.redis.jedis;

import dev.holdfast.dial.ConnectListener;
import dev.holdfast.report.GuardMeters;
import dev.holdfast.retry.ReplayRetry;
import dev.holdfast.socket.AddressMemory;
import dev.holdfast.socket.ReuseCheck;
import dev.holdfast.socket.SocketConnects;
import dev.holdfast.socket.SocketParts;

/**
 * What all connections of a guard share.
 *
 * @param addresses which of a name's have failed lately
 * @param reports hears of foreign answers, which are known only after the connect
 */
record JedisParts(
    SocketParts sockets,
    SocketConnects connects,
    AddressMemory addresses,
    ReuseCheck reuse,
    GuardMeters meters,
    ReplayRetry replay,
    ConnectListener reports) {}
