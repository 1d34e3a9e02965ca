package dev.holdfast.internal.metrics;

import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Holdfast's events in the JDK's Flight Recorder: what the meters count, one by one, each with its
 * time and its thread. All are off until a recording asks for them by name, {@code
 * dev.holdfast.Connect#enabled=true}; until then an event costs the look at one flag. None holds a
 * key, a value or a credential. A runtime without the module {@code jdk.jfr} has no events.
 * Thread-safe.
 */
public final class FlightEvents {

  private static final boolean RECORDABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightEvents() {}

  /**
   * A connect has ended, over all its dials.
   *
   * @param guard who connected
   * @param remote where to; made into text only for a recording
   * @param outcome how it ended
   * @param dials SYNs sent by choice
   * @param nanos how long it took, waiting at the gate included
   */
  public static void connected(String guard, Object remote, String outcome, int dials, long nanos) {
    if (RECORDABLE) {
      Recorded.connect(guard, remote, outcome, dials, nanos);
    }
  }

  /**
   * A connect was refused before its dial.
   *
   * @param guard whose gate refused
   * @param reason of a bounded set
   */
  public static void refused(String guard, String reason) {
    if (RECORDABLE) {
      Recorded.one(new Refuse(), guard, reason);
    }
  }

  /**
   * A connect dialled again.
   *
   * @param guard who connected
   * @param reason of a bounded set
   * @param dials how often
   */
  public static void redialled(String guard, String reason, int dials) {
    if (RECORDABLE) {
      Recorded.times(new Redial(), guard, reason, dials);
    }
  }

  /**
   * Calls were held until a path was proved or a connection replaced.
   *
   * @param guard who held them
   * @param nanos how long
   */
  public static void held(String guard, long nanos) {
    if (RECORDABLE) {
      Recorded.took(new Hold(), guard, nanos);
    }
  }

  /**
   * A connection was proved, or failed to be.
   *
   * @param guard who asked
   * @param answered whether it was answered
   */
  public static void probed(String guard, boolean answered) {
    if (RECORDABLE) {
      Recorded.one(new Probe(), guard, answered ? "answered" : "failed");
    }
  }

  /**
   * A connection was given up.
   *
   * @param guard who gave it up
   * @param cause of a bounded set
   */
  public static void condemned(String guard, String cause) {
    if (RECORDABLE) {
      Recorded.one(new Condemn(), guard, cause);
    }
  }

  /**
   * A call failed with an unknown outcome.
   *
   * @param guard whose call
   * @param call its kind
   */
  public static void ambiguous(String guard, String call) {
    if (RECORDABLE) {
      Recorded.one(new Ambiguous(), guard, call);
    }
  }

  /**
   * A pool lent a connection.
   *
   * @param pool its name
   */
  public static void lent(String pool) {
    if (RECORDABLE) {
      Recorded.one(new Lend(), pool, "");
    }
  }

  /**
   * A pool closed a connection.
   *
   * @param pool its name
   * @param reason of a bounded set
   */
  public static void retired(String pool, String reason) {
    if (RECORDABLE) {
      Recorded.one(new Retire(), pool, reason);
    }
  }

  /** Apart, so that a runtime without Flight Recorder never loads it. */
  private static final class Recorded {

    private Recorded() {}

    static void one(Noted event, String owner, String kind) {
      if (event.shouldCommit()) {
        event.owner = owner;
        event.kind = kind;
        event.commit();
      }
    }

    static void times(Redial event, String owner, String kind, int dials) {
      event.dials = dials;
      one(event, owner, kind);
    }

    static void took(Hold event, String owner, long nanos) {
      event.took = nanos;
      one(event, owner, "");
    }

    static void connect(String owner, Object remote, String kind, int dials, long nanos) {
      Connect event = new Connect();
      if (event.shouldCommit()) {
        event.remote = remote.toString();
        event.dials = dials;
        event.took = nanos;
        one(event, owner, kind);
      }
    }
  }

  @SuppressWarnings("UnusedVariable") // Flight Recorder reads the fields
  @Category("Holdfast")
  @Enabled(false)
  @StackTrace(false)
  private abstract static class Noted extends Event {
    @Label("Guard or Pool")
    String owner = "";

    @Label("Outcome, Reason or Cause")
    String kind = "";
  }

  @SuppressWarnings("UnusedVariable")
  @Name("dev.holdfast.Connect")
  @Label("Connect Ended")
  private static final class Connect extends Noted {
    @Label("Remote")
    String remote = "";

    @Label("Dials")
    int dials;

    @Label("Took")
    @Timespan
    long took;
  }

  @Name("dev.holdfast.Refuse")
  @Label("Connect Refused")
  private static final class Refuse extends Noted {}

  @SuppressWarnings("UnusedVariable")
  @Name("dev.holdfast.Redial")
  @Label("Connect Dialled Again")
  private static final class Redial extends Noted {
    @Label("Dials")
    int dials;
  }

  @SuppressWarnings("UnusedVariable")
  @Name("dev.holdfast.Hold")
  @Label("Calls Held")
  private static final class Hold extends Noted {
    @Label("Took")
    @Timespan
    long took;
  }

  @Name("dev.holdfast.Probe")
  @Label("Connection Probed")
  private static final class Probe extends Noted {}

  @Name("dev.holdfast.Condemn")
  @Label("Connection Given Up")
  private static final class Condemn extends Noted {}

  @Name("dev.holdfast.Ambiguous")
  @Label("Call of Unknown Outcome")
  private static final class Ambiguous extends Noted {}

  @Name("dev.holdfast.Lend")
  @Label("Connection Lent")
  private static final class Lend extends Noted {}

  @Name("dev.holdfast.Retire")
  @Label("Connection Closed by its Pool")
  private static final class Retire extends Noted {}
}
