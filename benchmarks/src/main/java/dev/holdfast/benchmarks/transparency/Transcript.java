package dev.holdfast.benchmarks.transparency;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All that a program and its server showed. Thread-safe. */
final class Transcript {

  /** What may be observed, in the order in which differences are told. */
  enum Section {
    /** Answers and exceptions, by call. */
    ANSWERS,
    /** The order in which calls of one connection completed. */
    ORDER,
    /** Messages and pushes. */
    HEARD,
    /** What is left in the server. */
    DATA,
    /** How often the server ran each command. */
    COMMANDS,
    /** What the server knows of the client's connections. */
    CLIENTS,
    /** How often keys and values were encoded. */
    ENCODED,
    /** What passed the user's own handler. */
    HANDLER,
    /** Calls without an answer at the end, before and after the connections were closed. */
    ENDING
  }

  private final Map<Section, List<String>> lines = new EnumMap<>(Section.class);

  synchronized void add(Section section, String line) {
    lines.computeIfAbsent(section, first -> new ArrayList<>()).add(line);
  }

  synchronized List<String> lines(Section section) {
    return List.copyOf(lines.getOrDefault(section, List.of()));
  }
}
