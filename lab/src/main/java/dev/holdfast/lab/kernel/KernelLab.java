package dev.holdfast.lab.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a {@link Network} as a parameter: a fresh one for each test, gone
 * after it; one for all of them if {@code @BeforeAll} asks for it.
 *
 * <p>Where the kernel cannot be used (wrong JVM launcher, no namespaces, a tool missing) each test
 * is skipped with one line that names what is missing; with {@code HOLDFAST_LAB=required} in the
 * environment it fails with that line. The tag {@code kernel} puts the class into the Surefire
 * execution {@code kernel-lab}, and where the lab is required into {@code guard-off} as well, in
 * modules that bind it: there each test has to fail, see {@link GuardSwitch}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@Timeout(90)
@ExtendWith({KernelLabExtension.class, GuardOffExtension.class})
public @interface KernelLab {

  /**
   * How many servers stand behind the router.
   *
   * @return at least 1
   */
  int servers() default 1;
}
