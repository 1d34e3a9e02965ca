package dev.holdfast.benchmarks.transparency;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a program does next. Any sequence of steps can be run, so that a failing program can be made
 * shorter by leaving steps out.
 */
sealed interface Step {

  /** Which of Lettuce's interfaces takes a call. */
  enum Api {
    SYNC,
    ASYNC,
    REACTIVE
  }

  /** One call; an asynchronous one is not waited for. */
  record Do(int connection, Api api, Call call) implements Step {
    @Override
    public String toString() {
      return "c%d %s %s".formatted(connection, api, call);
    }
  }

  /** A synchronous call with a command timeout. */
  record Within(int connection, int millis, Call call) implements Step {
    @Override
    public String toString() {
      return "c%d SYNC %s, timeout %d ms".formatted(connection, call, millis);
    }
  }

  record AutoFlush(int connection, boolean on) implements Step {
    @Override
    public String toString() {
      return "c%d setAutoFlushCommands(%s)".formatted(connection, on);
    }
  }

  record Flush(int connection) implements Step {
    @Override
    public String toString() {
      return "c%d flushCommands()".formatted(connection);
    }
  }

  /** The call so many times, asynchronously. */
  record Repeat(int connection, int times, Call call) implements Step {
    @Override
    public String toString() {
      return "c%d ASYNC %d times %s".formatted(connection, times, call);
    }
  }

  /** All calls by one {@code dispatch(Collection)}. */
  record Dispatch(int connection, List<Call> calls) implements Step {
    @Override
    public String toString() {
      return "c%d dispatch%s".formatted(connection, calls);
    }
  }

  /** Waits for all answers that are due. */
  record Settle(int connection) implements Step {
    @Override
    public String toString() {
      return "c%d await all".formatted(connection);
    }
  }

  /** Waits until the connection is up. */
  record Up(int connection) implements Step {
    @Override
    public String toString() {
      return "c%d await up".formatted(connection);
    }
  }

  /** Cancels the newest call that has no answer. */
  record Cancel(int connection) implements Step {
    @Override
    public String toString() {
      return "c%d cancel the newest call".formatted(connection);
    }
  }

  /** The program thinks. */
  record Pause(Length length) implements Step {
    enum Length {
      MOMENT,
      /** Long enough for whatever is under way. */
      WHILE,
      /** Longer than a second, if the client needs that to think the connection idle. */
      IDLE
    }

    @Override
    public String toString() {
      return "pause for a " + length.name().toLowerCase(Locale.ROOT) + " time";
    }
  }

  /** Another client of the server's runs a command. */
  record Elsewhere(List<String> words) implements Step {
    @Override
    public String toString() {
      return "elsewhere " + String.join(" ", words);
    }
  }

  /** Waits until so many messages and pushes were heard in all. */
  record Heard(int messages) implements Step {
    @Override
    public String toString() {
      return "heard " + messages + " in all";
    }
  }

  /** A call of the pub/sub API; on a connection that has none, nothing. */
  record Listen(int connection, Verb verb, String channel) implements Step {
    enum Verb {
      SUBSCRIBE,
      PSUBSCRIBE,
      UNSUBSCRIBE,
      PUNSUBSCRIBE
    }

    @Override
    public String toString() {
      return "c%d %s %s".formatted(connection, verb, channel);
    }
  }

  /** Two callers on one connection at the same time. */
  record Together(List<Step> one, List<Step> other) implements Step {
    @Override
    public String toString() {
      return "at once {%s} and {%s}".formatted(lines(one), lines(other));
    }
  }

  /** The steps on a borrowed connection, c0 to them, which is then returned. */
  record Borrowed(List<Step> steps) implements Step {
    @Override
    public String toString() {
      return "borrowed {%s}".formatted(lines(steps));
    }
  }

  private static String lines(List<Step> steps) {
    return steps.stream().map(Step::toString).collect(Collectors.joining("; "));
  }
}
