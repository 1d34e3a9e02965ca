package dev.holdfast.path;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown instead of a plan when path and settings contradict each other. It lists every
 * contradiction at once.
 */
public final class PathConflictException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  // Conflicts carry functions, which do not serialize; the message does.
  private final transient List<PathConflict> conflicts;

  PathConflictException(String path, List<PathConflict> conflicts) {
    super(
        conflicts.stream()
            .map(conflict -> "\n  " + conflict.message())
            .collect(
                Collectors.joining(
                    "", conflicts.size() + " conflict(s) on the path " + path + ":", "")));
    this.conflicts = List.copyOf(conflicts);
  }

  /**
   * Every contradiction, ordered by code.
   *
   * @return the conflicts, never empty
   */
  public List<PathConflict> conflicts() {
    return conflicts;
  }
}
