package dev.holdfast.examples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures for machines: an array with one object for each scenario and mode. */
final class JsonReport {
  private JsonReport() {}

  static String of(List<Score> scores) {
    return Json.of(scores.stream().map(JsonReport::object).toList());
  }

  private static Map<String, Object> object(Score score) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("scenario", score.scenario());
    object.put("client", "lettuce");
    object.put("mode", score.mode());
    object.put("issued", score.issued());
    object.put("succeeded", score.succeeded());
    object.put("errors", score.errors());
    object.put("ambiguous", score.ambiguous());
    object.put("duplicates", score.duplicates());
    object.put("falseSuccesses", score.falseSuccesses());
    object.put("maxStallMillis", score.maxStallMillis());
    object.put("connectionsOpened", score.connectionsOpened());
    object.put("diagnoses", score.diagnoses());
    return object;
  }
}
