package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A name that leads elsewhere is noticed, and one that only answers otherwise is not. */
final class NameWatchTest {

  private static final Duration NEVER = Duration.ofDays(1);

  private final Map<String, List<InetAddress>> leadsTo = new HashMap<>();
  private final List<InetAddress> gone = new CopyOnWriteArrayList<>();

  /** A watch that is closed has told its thread to end, and does not wait for it. */
  private final Set<Thread> ofOtherTests = Thread.getAllStackTraces().keySet();

  private final NameWatch watch = new NameWatch(NEVER, this::resolve, gone::add);

  @AfterEach
  void close() {
    watch.close();
  }

  private InetAddress[] resolve(String name) throws UnknownHostException {
    List<InetAddress> addresses = leadsTo.get(name);
    if (name.startsWith("broken")) {
      throw new AssertionError("an error of the user's resolver");
    }
    if (addresses == null) {
      throw new UnknownHostException(name);
    }
    return addresses.toArray(new InetAddress[0]);
  }

  private static InetAddress address(int last) {
    return named("10.0.0." + last, last);
  }

  private static InetAddress named(String name, int last) {
    try {
      return InetAddress.getByAddress(name, new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void connected(String name, int last) {
    watch.connected(new InetSocketAddress(named(name, last), 6379));
  }

  private void answer(String name, Integer... last) {
    leadsTo.put(name, List.of(last).stream().map(NameWatchTest::address).toList());
    watch.look();
  }

  @Test
  void mustNoticeAtOnceThatANameOfOneAddressHasMoved() {
    connected("primary", 1);
    answer("primary", 1);
    assertThat(gone).isEmpty();
    answer("primary", 2);
    assertThat(gone).containsExactly(address(1));
    answer("primary", 2);
    answer("primary", 3);
    assertThat(gone).containsExactly(address(1), address(2));
  }

  @Test
  void mustFollowOtherNamesWhateverTheResolverThrows() {
    connected("broken-a", 7);
    connected("primary", 1);
    connected("broken-b", 8);
    answer("primary", 2);
    answer("primary", 3);
    assertThat(gone).containsExactly(address(1), address(2));
  }

  @Test
  void mustLetANameGoRound() {
    connected("weighted", 1);
    answer("weighted", 1);
    answer("weighted", 2);
    answer("weighted", 3);
    assertThat(gone).containsExactly(address(1), address(2));
    for (int i = 1; i <= 9; i++) {
      answer("weighted", 1 + i % 3);
    }
    assertThat(gone).as("it has come back").hasSize(2);
  }

  @Test
  void mustNotTakeAPartOfManyForAll() {
    connected("balanced", 1);
    answer("balanced", 1, 2);
    answer("balanced", 2, 3);
    answer("balanced", 3, 4);
    answer("balanced", 4, 1);
    answer("balanced", 1, 2);
    assertThat(gone).as("each was back within three").isEmpty();
    answer("balanced", 5, 6);
    answer("balanced", 5, 6);
    answer("balanced", 5, 6);
    assertThat(gone).contains(address(1), address(2));
  }

  /** As object stores have: eight of some thousands in each answer. */
  @Test
  void mustNotFollowANameWithVeryManyAddressesInTurn() {
    connected("store", 1);
    for (int i = 1; i < 200; i++) {
      answer("store", i, i + 1, i + 2, i + 3);
    }
    assertThat(gone).isEmpty();
  }

  @Test
  void mustNotFollowItForLongWhereACacheRepeatsEachPart() {
    connected("cached", 1);
    for (int i = 0; i < 200; i++) {
      answer("cached", 1 + i / 10, 101 + i / 10);
    }
    assertThat(gone).as("of 20 parts, each ten times").hasSizeBetween(1, 4);
  }

  @Test
  void mustNotFollowItForLongWhereItAnswersOneAtATime() {
    connected("single", 201);
    for (int i = 0; i < 50; i++) {
      answer("single", 201 + i);
    }
    assertThat(gone).as("of 50 in a row").hasSize(2);
  }

  @Test
  void mustFollowANameThatMovesAgainLater() {
    NameHistory often = new NameHistory();
    long hours = 0;
    often.leadsTo(address(1));
    for (int i = 2; i < 40; i++) {
      hours += Duration.ofMinutes(61).toNanos();
      assertThat(often.answered(Set.of(address(i)), hours)).containsExactly(address(i - 1));
    }
  }

  @Test
  void mustKeepWhatAnotherNameLeadsTo() {
    connected("writer", 1);
    connected("reader", 1);
    answer("writer", 1);
    answer("reader", 1);
    leadsTo.put("writer", List.of(address(2)));
    watch.look();
    assertThat(gone).isEmpty();
    answer("reader", 2);
    assertThat(gone).containsExactly(address(1));
  }

  @Test
  void mustTellOfEachNameWhereThatIsAsked() {
    List<String> left = new CopyOnWriteArrayList<>();
    NameWatch each = NameWatch.ofEachName(NEVER, (name, by, gone) -> left.add(name + " " + gone));
    NameWatch.Resolver broken =
        name -> {
          throw new IllegalStateException("a user's");
        };
    each.connected("ill", broken, address(1));
    each.connected("moved", this::resolve, address(1));
    each.connected("stays", name -> new InetAddress[] {address(1)}, address(1));
    answer("moved", 2);
    each.look();
    each.close();
    assertThat(left).containsExactly("moved " + address(1));
  }

  @Test
  void mustLearnNothingFromNoAnswer() {
    connected("primary", 1);
    answer("primary", 1);
    leadsTo.clear();
    watch.look();
    leadsTo.put("primary", List.of());
    watch.look();
    assertThat(gone).isEmpty();
  }

  @Test
  void mustWatchNoLiteralAndKeepNoThreadForIt() throws InterruptedException {
    watch.connected(new InetSocketAddress(address(1), 6379));
    watch.connected(InetSocketAddress.createUnresolved("unresolved", 6379));
    assertThat(lookers()).isEmpty();
    connected("primary", 1);
    assertThat(lookers()).hasSize(1);
    watch.close();
    for (Thread thread : lookers()) {
      thread.join(10_000);
    }
    connected("primary", 1);
    assertThat(lookers()).isEmpty();
  }

  private List<Thread> lookers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("holdfast-names"))
        .filter(thread -> !ofOtherTests.contains(thread))
        .toList();
  }

  @Test
  void mustLookAsOftenAsTheJvmForgets() {
    assertThat(NameWatch.period(null)).contains(Duration.ofMillis(30_100));
    assertThat(NameWatch.period("60")).contains(Duration.ofMillis(60_100));
    assertThat(NameWatch.period("0")).contains(Duration.ofMillis(5_100));
    assertThat(NameWatch.period("-1")).isEmpty();
    assertThat(NameWatch.period("often")).contains(Duration.ofMillis(30_100));
    assertThat(NameWatch.ofTheJvm()).isPresent();
  }
}
