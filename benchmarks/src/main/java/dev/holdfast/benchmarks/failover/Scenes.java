package dev.holdfast.benchmarks.failover;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** All scenes, by name. */
public final class Scenes {

  private static final Map<String, Scene.Start> ALL = new LinkedHashMap<>();

  static {
    ALL.put("G1 master frozen, Sentinels switch", () -> new SentinelScene(false));
    ALL.put("G1 master killed, Sentinels switch", () -> new SentinelScene(true));
    ALL.put("G2 the name moves, the old one is a replica", RoleScene::new);
    ALL.put("G2 the name moves, TTL 2 s, Redis", RedisNameScene::new);
    ALL.put("G2 the name moves, TTL 2 s, Reactor Netty", HttpNameScene::new);
    ALL.put("G3 restart and LOADING", LoadingScene::new);
    ALL.put("G3 503 with Retry-After, Reactor Netty", BusyScene::new);
    ALL.put("G4, G8 tracking after CLIENT KILL", TrackingScene::new);
    ALL.put("G5 BLPOP 1 on a silent flow", BlockingScene::new);
    ALL.put("G6 first address silent, HttpClient", AddressScene::new);
    for (ClusterScene.Event event : ClusterScene.Event.values()) {
      String what = event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      ALL.put("cluster, " + what, () -> new ClusterScene(event));
    }
  }

  private Scenes() {}

  /**
   * Plays all of them, one after the other, each within some ten seconds.
   *
   * @param told of each
   * @return what was seen
   * @throws Exception of whatever the scene is made of
   */
  public static List<Trial.Result> play(Consumer<String> told) throws Exception {
    List<Trial.Result> results = new ArrayList<>();
    for (Map.Entry<String, Scene.Start> scene : ALL.entrySet()) {
      told.accept(scene.getKey());
      results.add(Trial.of(scene.getKey(), scene.getValue()));
    }
    return results;
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
