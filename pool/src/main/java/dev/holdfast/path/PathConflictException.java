package dev.holdfast.path;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown instead of a plan when path and settings contradict each other. It lists every
 * contradiction at once.
 */
public final class PathConflictException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Conflicts carry functions, which do not serialize; their texts do. One row for each. */
  private final String[][] written;

  private final transient @Nullable List<PathConflict> conflicts;

  PathConflictException(String path, List<PathConflict> conflicts) {
    super(
        conflicts.stream()
            .map(conflict -> "\n  " + conflict.message())
            .collect(
                Collectors.joining(
                    "", conflicts.size() + " conflict(s) on the path " + path + ":", "")));
    this.conflicts = List.copyOf(conflicts);
    this.written = conflicts.stream().map(PathConflictException::written).toArray(String[][]::new);
  }

  private static String[] written(PathConflict one) {
    return new String[] {
      one.code().name(), one.what(), one.value(), one.limit(), one.source(), one.fix()
    };
  }

  private static PathConflict read(String[] row) {
    return new PathConflict(
        ConflictCode.valueOf(row[0]),
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        UnaryOperator.identity());
  }

  /**
   * Every contradiction, ordered by code.
   *
   * @return the conflicts, never empty. In a copy that came by serialization their remedies change
   *     nothing
   */
  public List<PathConflict> conflicts() {
    List<PathConflict> known = conflicts;
    return known != null ? known : Arrays.stream(written).map(PathConflictException::read).toList();
  }
}
