package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of a pool that was closed: nothing. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PoolGoneTest {

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @Test
  void mustLeaveNoThreadAndNoClassOfAnApplicationBehind() throws Exception {
    WeakReference<ClassLoader> application = runInAnApplication();
    assertThat(within(() -> threads(application).isEmpty()))
        .as("%s", threads(application))
        .isTrue();
    assertThat(
            within(
                () -> {
                  System.gc();
                  return application.get() == null;
                }))
        .as("its class loader is collected")
        .isTrue();
  }

  private static WeakReference<ClassLoader> runInAnApplication() throws Exception {
    List<URL> classes = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classes.add(Path.of(entry).toUri().toURL());
    }
    ClassLoader own =
        new URLClassLoader(
            classes.toArray(URL[]::new), ClassLoader.getPlatformClassLoader()); // as a container's
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(own);
    try {
      Class<?> use = Class.forName("dev.holdfast.pool.PoolUse", true, own);
      ((Runnable) use.getConstructor().newInstance()).run();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    return new WeakReference<>(own);
  }

  private static List<String> threads(WeakReference<ClassLoader> application) {
    ClassLoader loader = application.get();
    Thread[] all = new Thread[1_000];
    int count = Thread.enumerate(all);
    return Arrays.stream(all, 0, count)
        .filter(thread -> loader != null && thread.getContextClassLoader() == loader)
        .map(Thread::getName)
        .toList();
  }

  private static boolean within(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(50_000_000);
    }
    return true;
  }
}
