package io.pollux.it.lab;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The condition of {@link LabTest}. */
final class InsideLab implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!Guest.inside()) {
      return ConditionEvaluationResult.disabled("needs the kernel lab: ./dev test");
    }
    boolean xfrmInterface =
        AnnotationSupport.findAnnotation(context.getElement(), LabTest.class)
            .map(LabTest::xfrmInterface)
            .orElse(false);
    if (xfrmInterface && !Guest.hasXfrmInterface()) {
      return ConditionEvaluationResult.disabled(
          "kernel " + Guest.kernel() + " has no XFRM interfaces: ./dev lab-kernel builds one");
    }
    return ConditionEvaluationResult.enabled("in the lab");
  }
}
