package dev.holdfast.internal.dial;

import dev.holdfast.internal.bounded.LruMap;
import dev.holdfast.internal.metrics.Guarded;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a host's name does not lead to an address any more, as after a failover by DNS or a
 * blue/green switch, of which open connections hear nothing. Names are resolved as the JVM resolves
 * them for a connect, as often as its cache forgets them: a change is noticed once a new connection
 * would follow it, and not before.
 *
 * <p>A name that has led to one address at a time has moved with its next answer. One with several
 * may answer with a part of them each time: there an address is gone once three answers in a row
 * agree, and are without it. Who moves often within an hour is followed later each time, so that a
 * name with very many addresses in turn, as of an object store, costs no reconnects. A name that
 * comes back within ten minutes to an address it had left goes round between them: from then on
 * nothing is left for its sake. No answer changes nothing.
 *
 * <p>Where a resolver keeps answers for as long as the name server allows, as Netty's does, a name
 * that has led to one address at a time is looked at every second: its change is noticed a second
 * after its TTL.
 *
 * <p>One daemon thread from the first name on until it is closed or unreachable, for names are
 * looked up by blocking calls. At most 64 names, those dialled latest. Thread-safe.
 */
public final class NameWatch implements AutoCloseable {

  /** Looks up a name, as a client does before it connects. */
  @FunctionalInterface
  public interface Resolver {

    /**
     * Looks up a name. May block; called on the thread of the watch.
     *
     * @param name of a host
     * @return all its addresses; none says as little as an exception
     * @throws UnknownHostException if there is no answer
     */
    InetAddress[] resolve(String name) throws UnknownHostException;

    /**
     * Whether it keeps an answer for as long as the name server allows, so that to ask it often
     * costs next to nothing and tells as soon as may be.
     *
     * @return false if that is not known
     */
    default boolean remembers() {
      return false;
    }
  }

  /** Hears of a name that has left an address. */
  @FunctionalInterface
  public interface Listener {

    /**
     * A name does not lead to an address any more. Called on the thread that looks names up.
     *
     * @param name as it was connected by
     * @param by who looked it up
     * @param gone where it does not lead, whatever other names do
     */
    void left(String name, Resolver by, InetAddress gone);
  }

  private record Key(String name, Resolver by) {}

  private static final Logger LOG = LoggerFactory.getLogger(NameWatch.class);

  private static final int MOST_NAMES = 64;

  /** {@code networkaddress.cache.ttl} of {@code java.security}, where it is not set. */
  private static final int JVM_SECONDS = 30;

  /** Where the JVM keeps no names every look is a query. */
  private static final int LEAST_SECONDS = 5;

  /** By then the JVM has forgotten the name. */
  private static final Duration FORGOTTEN = Duration.ofMillis(100);

  /** Between looks at what a resolver remembers. */
  private static final Duration GLANCE = Duration.ofSeconds(1);

  private final Duration period;
  private final Resolver resolver;
  private final Listener listener;

  /** Whether an address is left only once no name leads there. */
  private final boolean allNames;

  private final Map<Key, NameHistory> names = new LruMap<>(MOST_NAMES);
  private @Nullable ScheduledThreadPoolExecutor thread;
  private boolean glances;
  private boolean closed;

  /**
   * Watches nothing yet.
   *
   * @param period how often names are looked up
   * @param onGone hears of an address to which no watched name leads any more; on the thread that
   *     looks names up
   */
  public NameWatch(Duration period, Consumer<InetAddress> onGone) {
    this(period, InetAddress::getAllByName, onGone);
  }

  NameWatch(Duration period, Resolver resolver, Consumer<InetAddress> onGone) {
    this(period, resolver, true, (name, by, gone) -> onGone.accept(gone));
  }

  private NameWatch(Duration period, Resolver resolver, boolean allNames, Listener listener) {
    this.period = period;
    this.resolver = resolver;
    this.allNames = allNames;
    this.listener = listener;
  }

  /**
   * Watches each name by itself: one that leaves an address is told of although another leads
   * there. Watches nothing yet.
   *
   * @param period how often names are looked up
   * @param listener hears of each name that has left an address
   * @return the watch
   */
  public static NameWatch ofEachName(Duration period, Listener listener) {
    return new NameWatch(period, InetAddress::getAllByName, false, listener);
  }

  /**
   * How long the JVM keeps names ({@code networkaddress.cache.ttl}), and a little more: 5 s where
   * it keeps none.
   *
   * @return empty where it keeps them for ever, so that there is nothing to be noticed
   */
  public static Optional<Duration> ofTheJvm() {
    return period(Security.getProperty("networkaddress.cache.ttl"));
  }

  static Optional<Duration> period(@Nullable String cacheSeconds) {
    int seconds = JVM_SECONDS;
    if (cacheSeconds != null) {
      try {
        seconds = Integer.parseInt(cacheSeconds.trim());
      } catch (NumberFormatException asTheJvmDoes) {
        seconds = JVM_SECONDS;
      }
    }
    return seconds < 0
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(Math.max(seconds, LEAST_SECONDS)).plus(FORGOTTEN));
  }

  /**
   * A connection was made.
   *
   * @param remote where to; watched if it was resolved from a name
   */
  public void connected(InetSocketAddress remote) {
    InetAddress address = remote.getAddress();
    if (address != null && !remote.getHostString().equals(address.getHostAddress())) {
      connected(remote.getHostString(), resolver, address);
    }
  }

  /**
   * A connection was made to where a name led.
   *
   * @param name a host's, and no address
   * @param by who looked it up, and will again
   * @param address where to
   */
  public synchronized void connected(String name, Resolver by, InetAddress address) {
    if (closed) {
      return;
    }
    Key key = new Key(name, by);
    NameHistory known = names.remove(key); // an equal one may ask on an event loop that has ended
    NameHistory history = known == null ? new NameHistory() : known;
    history.leadsTo(address);
    names.put(key, history);
    if (thread == null) {
      thread = new ScheduledThreadPoolExecutor(1, NameWatch::daemon);
      every(thread, period, NameWatch::look);
    }
    if (by.remembers() && !glances && period.compareTo(GLANCE) > 0) {
      glances = true;
      every(thread, GLANCE, NameWatch::glance);
    }
  }

  private void every(ScheduledThreadPoolExecutor on, Duration pause, Consumer<NameWatch> look) {
    on.scheduleWithFixedDelay(
        new Looks(this, on, look), pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends the thread too if nobody has closed what it looks for, and nobody can any more. */
  private static final class Looks implements Runnable {

    private final WeakReference<NameWatch> watch;
    private final ScheduledThreadPoolExecutor thread;
    private final Consumer<NameWatch> look;

    Looks(NameWatch watch, ScheduledThreadPoolExecutor thread, Consumer<NameWatch> look) {
      this.watch = new WeakReference<>(watch);
      this.thread = thread;
      this.look = look;
    }

    @Override
    public void run() {
      NameWatch open = watch.get();
      if (open == null) {
        thread.shutdown();
      } else {
        look.accept(open);
      }
    }
  }

  private static Thread daemon(Runnable runs) {
    Thread thread = new Thread(null, runs, "holdfast-names", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    return thread;
  }

  /** Looks all names up once. */
  void look() {
    look(watched());
  }

  /**
   * Looks those up that may have moved at once, and whose resolver remembers: an answer that was
   * only remembered says nothing of a name that answers with a part of its addresses.
   */
  void glance() {
    look(watched().stream().filter(this::mayMoveAtOnce).toList());
  }

  private synchronized boolean mayMoveAtOnce(Key key) {
    NameHistory known = key.by().remembers() ? names.get(key) : null;
    return known != null && known.movesAtOnce();
  }

  private void look(List<Key> which) {
    for (Key key : which) {
      try {
        InetAddress @Nullable [] now = key.by().resolve(key.name());
        if (now != null && now.length > 0) {
          answered(key, Set.copyOf(Arrays.asList(now))).forEach(address -> left(key, address));
        }
      } catch (Throwable noAnswer) { // a resolver may be the user's, and throw whatever it likes
        LOG.debug("{} could not be looked up", key.name(), noAnswer);
      }
    }
  }

  private synchronized List<Key> watched() {
    return List.copyOf(names.keySet());
  }

  private synchronized List<InetAddress> answered(Key key, Set<InetAddress> now) {
    NameHistory known = closed ? null : names.get(key);
    if (known == null) {
      return List.of();
    }
    return known.answered(now, System.nanoTime()).stream()
        .filter(address -> !allNames || isLeftByAll(address))
        .toList();
  }

  private boolean isLeftByAll(InetAddress address) {
    return names.values().stream().noneMatch(name -> name.isKnown(address));
  }

  private void left(Key key, InetAddress address) {
    Guarded.run("leaving an address", () -> listener.left(key.name(), key.by(), address));
  }

  @Override
  public synchronized void close() {
    closed = true;
    names.clear();
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
