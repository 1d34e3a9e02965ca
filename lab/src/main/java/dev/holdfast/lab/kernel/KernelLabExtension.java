package dev.holdfast.lab.kernel;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Builds a {@link Network} for the test that asks for one and takes it down after it. */
final class KernelLabExtension implements ExecutionCondition, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(KernelLabExtension.class);

  /** JUnit closes what is in a store when the test, or the class, is over. */
  private record Lent(Network network) implements AutoCloseable {
    @Override
    public void close() {
      network.close();
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> missing = Network.missing();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("the kernel lab can run");
    }
    String line = "kernel lab: " + missing.get();
    if ("required".equals(System.getenv("HOLDFAST_LAB"))) {
      throw new IllegalStateException(line + " (and HOLDFAST_LAB=required)");
    }
    return ConditionEvaluationResult.disabled(line);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Network.class;
  }

  @Override
  public Network resolveParameter(ParameterContext parameter, ExtensionContext context) {
    int servers =
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), KernelLab.class)
            .map(KernelLab::servers)
            .orElse(1);
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(Network.class, key -> new Lent(Network.open(servers)), Lent.class)
        .network();
  }
}
