package dev.holdfast.lab.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * A {@link KernelLab} test that runs others once more through {@link
 * GuardSwitch#failuresWithGuardOff}. They wait for many deadlines, so it runs only where the lab is
 * required.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@KernelLab
@EnabledIfEnvironmentVariable(
    named = "HOLDFAST_LAB",
    matches = "required",
    disabledReason = "waits for many deadlines: runs with HOLDFAST_LAB=required")
public @interface GuardOffRerun {}
