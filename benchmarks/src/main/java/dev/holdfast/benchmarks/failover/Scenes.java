package dev.holdfast.benchmarks.failover;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** All scenes, by name. */
public final class Scenes {

  private static final Map<String, Scene.Start> ALL = new LinkedHashMap<>();

  static {
    ALL.put("G1 master frozen, Sentinels switch", () -> new SentinelScene(false));
    ALL.put("G1 master killed, Sentinels switch", () -> new SentinelScene(true));
    ALL.put("G2 the name moves, the old one is a replica", RoleScene::new);
    ALL.put("G2 the name moves, TTL 2 s, Redis", RedisNameScene::new);
    ALL.put("G2 the name moves, TTL 2 s, Reactor Netty", HttpNameScene::new);
    ALL.put("G2 the name moves, kept for 5 s, HttpClient", ApacheNameScene::new);
    ALL.put("G3 restart and LOADING", LoadingScene::new);
    ALL.put("G3 restart and LOADING, Jedis", JedisLoadingScene::new);
    ALL.put("G3 503 with Retry-After, Reactor Netty", BusyScene::new);
    ALL.put("G4, G8 tracking after CLIENT KILL", TrackingScene::new);
    ALL.put("G5 BLPOP 1 on a silent flow", BlockingScene::new);
    ALL.put("G6 first address silent, HttpClient", AddressScene::new);
    ALL.put("G9 MOVING, the next comes up in 1.5 s", MaintenanceScene::new);
    for (ClusterScene.Event event : ClusterScene.Event.values()) {
      String what = event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      ALL.put("cluster, " + what, () -> new ClusterScene(event));
    }
  }

  private Scenes() {}

  /**
   * All there are.
   *
   * @return their names, in the order of a table
   */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * Plays one, within some twenty seconds.
   *
   * @param name one of {@link #names}
   * @return what was seen
   * @throws Exception of whatever the scene is made of
   */
  public static Trial.Result play(String name) throws Exception {
    return Trial.of(name, Objects.requireNonNull(ALL.get(name), name));
  }

  /**
   * Twenty connections of each client to a server that dies of every call.
   *
   * @param lasts how long
   * @return bare, then guarded
   * @throws Exception of whatever the scene is made of
   */
  public static List<Outage.Seen> outage(Duration lasts) throws Exception {
    return Outage.of(20, lasts);
  }

  /**
   * Forty connections of each client lose their server for long.
   *
   * @param outage how long
   * @return bare, then guarded
   * @throws Exception of whatever the scene is made of
   */
  public static List<Reunion.Seen> reunion(Duration outage) throws Exception {
    return Reunion.after(40, outage);
  }
}
