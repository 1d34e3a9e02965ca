package dev.holdfast.benchmarks.soak;

import java.util.List;
import java.util.Map;

/**
 * What the servers did, asked past the network once everything is over.
 *
 * @param counters Redis' values by key, 0 where there is none
 * @param lists Redis' lists by key
 * @param posts how often nginx answered each id
 */
record ServerCount(
    Map<String, Long> counters, Map<String, List<String>> lists, Map<String, Long> posts) {

  static String incrementKey(String id) {
    return "op:" + id;
  }

  static String firstKey(String transaction) {
    return "tx:" + transaction + ":a";
  }

  static String secondKey(String transaction) {
    return "tx:" + transaction + ":b";
  }

  long counter(String key) {
    return counters.getOrDefault(key, 0L);
  }
}
