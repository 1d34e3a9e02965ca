package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Explanation;
import java.util.List;
import java.util.function.Function;

/**
 * One row of a decision table. It fits while nothing that was seen speaks against it, so that
 * explanations the evidence cannot tell apart fit together.
 *
 * @param explanation what it explains
 * @param allows questions whose answer must not be no
 * @param demands questions whose answer must be yes
 */
record Row<S>(
    Explanation explanation, List<Function<S, Answer>> allows, List<Function<S, Answer>> demands) {

  static <S> Row<S> of(Explanation explanation) {
    return new Row<>(explanation, List.of(), List.of());
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // handed to List.of, which copies
  final Row<S> allowing(Function<S, Answer>... questions) {
    return new Row<>(explanation, List.of(questions), demands);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // handed to List.of, which copies
  final Row<S> demanding(Function<S, Answer>... questions) {
    return new Row<>(explanation, allows, List.of(questions));
  }

  boolean fits(S signs) {
    return demands.stream().allMatch(question -> question.apply(signs) == Answer.YES)
        && allows.stream().noneMatch(question -> question.apply(signs) == Answer.NO);
  }

  static <S> List<Explanation> fitting(List<Row<S>> table, S signs) {
    return table.stream().filter(row -> row.fits(signs)).map(Row::explanation).distinct().toList();
  }
}
