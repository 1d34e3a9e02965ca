package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Tone;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one incident is played on: a network of its own, its Redis, both parties. With the guard
 * switched off the guarded party is bare too, and every incident's test must fail.
 */
final class Stage implements AutoCloseable {

  /** For waits whose length the incident knows: past it, something else is wrong. */
  static final Duration SOON = Duration.ofSeconds(20);

  /** Longer than any call of an incident takes; one that takes longer hangs. */
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);

  private final Incident incident;
  private final Network network;
  private final Timeline timeline = new Timeline();
  private final WireLog wire;
  private final List<String> evidence = new ArrayList<>();
  private final List<Party> parties = new ArrayList<>();
  private @Nullable RedisServer redis;

  Stage(Incident incident, Network network) {
    this.incident = incident;
    this.network = network;
    this.wire = new WireLog(network, timeline);
  }

  Network network() {
    return network;
  }

  WireLog wire() {
    return wire;
  }

  Timeline timeline() {
    return timeline;
  }

  List<Party> parties() {
    return parties;
  }

  List<String> evidence() {
    return evidence;
  }

  /** Starts the server that the parties call and that knows how often each call ran. */
  RedisServer startRedis(UnaryOperator<RedisServer.Builder> options) {
    RedisServer started = network.redis(options);
    redis = started;
    return started;
  }

  RedisServer redis() {
    if (redis == null) {
      throw new IllegalStateException(incident.name() + " has started no Redis");
    }
    return redis;
  }

  Party bare(Dial dial) {
    return party("bare", dial, null, null);
  }

  Party bare(Dial dial, String source) {
    return party("bare", dial, source, null);
  }

  Party guarded(Dial dial, LettuceGuardBuilder guard) {
    return party("guarded", dial, null, guard);
  }

  Party guarded(Dial dial, String source, LettuceGuardBuilder guard) {
    return party("guarded", dial, source, guard);
  }

  private Party party(
      String mode, Dial dial, @Nullable String source, @Nullable LettuceGuardBuilder builder) {
    LettuceGuard guard =
        builder == null || GuardSwitch.isOff() ? null : builder.name(incident.name()).build();
    RedisURI uri =
        RedisURI.builder()
            .withHost(dial.address())
            .withPort(redis().port())
            .withTimeout(COMMAND_TIMEOUT)
            .build();
    Party party = new Party(mode, incident.name(), uri, source, timeline, guard);
    parties.add(party);
    return party;
  }

  /** Writes down what shows that the incident is real, or what prevented it. */
  void evidence(String line) {
    evidence.add(line);
    timeline.carried("", Tone.PLAIN, line);
  }

  /**
   * Something without which the replay would not be the incident.
   *
   * @throws IllegalStateException if it does not hold
   */
  void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(incident.name() + " is not staged: not so: " + what);
    }
  }

  void await(String what, BooleanSupplier holds) {
    Await.until(what, SOON, holds);
  }

  @Override
  public void close() {
    parties.forEach(Party::close);
    wire.close();
  }
}
