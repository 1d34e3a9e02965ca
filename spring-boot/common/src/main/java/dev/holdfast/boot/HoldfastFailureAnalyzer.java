package dev.holdfast.boot;

import dev.holdfast.path.PathConflict;
import dev.holdfast.path.PathConflictException;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in Spring Boot's own way which property stopped the start, and what to write instead. */
final class HoldfastFailureAnalyzer
    extends AbstractFailureAnalyzer<InvalidHoldfastPropertyException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, InvalidHoldfastPropertyException cause) {
    String what =
        "The property '%s' has the value '%s', which cannot be kept: %s"
            .formatted(cause.property(), cause.value(), reason(cause));
    return new FailureAnalysis(what, action(cause), cause);
  }

  private static String reason(InvalidHoldfastPropertyException cause) {
    Throwable why = cause.getCause();
    return String.valueOf(why == null ? cause.getMessage() : why.getMessage());
  }

  private static String action(InvalidHoldfastPropertyException cause) {
    if (cause.getCause() instanceof PathConflictException path) {
      List<PathConflict> conflicts = path.conflicts();
      return "Change '%s':%n%s"
          .formatted(
              cause.property(),
              conflicts.stream()
                  .map(each -> "  - " + each.fix())
                  .collect(Collectors.joining("\n")));
    }
    return cause.property().endsWith("path")
        ? "Correct '%s', or take it out: then short limits that suit nearly every path are in force."
            .formatted(cause.property())
        : "Correct '%s', or take it out.".formatted(cause.property());
  }
}
