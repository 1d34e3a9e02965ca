package dev.holdfast.path;

import java.io.Serializable;
import java.util.ArrayList;
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

  /** Conflicts carry functions, which do not serialize; the texts do. */
  private record Written(
      ConflictCode code, String what, String value, String limit, String source, String fix)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    PathConflict conflict() {
      return new PathConflict(code, what, value, limit, source, fix, UnaryOperator.identity());
    }
  }

  private final ArrayList<Written> written = new ArrayList<>();
  private final transient @Nullable List<PathConflict> conflicts;

  PathConflictException(String path, List<PathConflict> conflicts) {
    super(
        conflicts.stream()
            .map(conflict -> "\n  " + conflict.message())
            .collect(
                Collectors.joining(
                    "", conflicts.size() + " conflict(s) on the path " + path + ":", "")));
    this.conflicts = List.copyOf(conflicts);
    for (PathConflict one : conflicts) {
      written.add(
          new Written(one.code(), one.what(), one.value(), one.limit(), one.source(), one.fix()));
    }
  }

  /**
   * Every contradiction, ordered by code.
   *
   * @return the conflicts, never empty. In a copy that came by serialization their remedies change
   *     nothing
   */
  public List<PathConflict> conflicts() {
    List<PathConflict> known = conflicts;
    return known != null ? known : written.stream().map(Written::conflict).toList();
  }
}
