package dev.holdfast.http.apache;

import dev.holdfast.dial.ConnectListener;
import dev.holdfast.http.ConnectionDeaths;
import dev.holdfast.http.DialledNames;
import dev.holdfast.http.HttpEndpoints;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.report.GuardMeters;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all connections of a guard share.
 *
 * @param addresses of names, by the user's resolver
 * @param names that connections were dialled by
 * @param connects hears of foreign answers, which are known only after the connect
 * @param installation whether the client is this guard's too
 * @param hostKeepAliveSeconds {@code net.ipv4.tcp_keepalive_time}: a socket that has it as its idle
 *     time was given none
 */
record GuardParts(
    HttpGuardSettings settings,
    GuardMeters meters,
    ConnectionDeaths deaths,
    HttpEndpoints endpoints,
    Addresses addresses,
    DialledNames names,
    ScheduledExecutorService timer,
    FlightWatch watch,
    ConnectListener connects,
    Installation installation,
    long hostKeepAliveSeconds) {}
