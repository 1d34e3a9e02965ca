package dev.holdfast.redis.jedis;

import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.socket.AddressMemory;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.internal.socket.SocketConnects;
import dev.holdfast.internal.socket.SocketParts;
import dev.holdfast.retry.ReplaySafety;
import redis.clients.jedis.CommandArguments;

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
    JedisMoods moods,
    ConnectListener reports) {

  /** Whether a command is sent again if its connection is lost: nothing need be asked before it. */
  boolean mayRunTwice(CommandArguments args) {
    return replay.retry().getRetryConfig().getMaxAttempts() > 1
        && JedisCommand.of(args).safety(args) == ReplaySafety.SAFE;
  }
}
