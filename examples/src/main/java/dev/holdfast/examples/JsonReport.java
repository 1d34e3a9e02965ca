package dev.holdfast.examples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures for machines: an array with one object for each scenario and mode. */
final class JsonReport {
  private JsonReport() {}

  static String of(List<Outcome> outcomes) {
    return Json.of(outcomes.stream().map(JsonReport::object).toList());
  }

  private static Map<String, Object> object(Outcome outcome) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("scenario", outcome.scenario().name());
    object.put("client", "lettuce");
    object.put("mode", outcome.mode());
    object.put("issued", outcome.issued());
    object.put("succeeded", outcome.succeeded());
    object.put("errors", outcome.failed());
    object.put("ambiguous", outcome.ambiguous());
    object.put("duplicates", outcome.duplicates());
    object.put("falseSuccesses", outcome.falseSuccesses());
    object.put("maxStallMillis", outcome.maxStallMillis());
    object.put("connectionsOpened", outcome.connectionsOpened());
    object.put("diagnoses", outcome.diagnoses());
    return object;
  }
}
