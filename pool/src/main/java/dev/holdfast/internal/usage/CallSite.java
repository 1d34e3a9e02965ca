package dev.holdfast.internal.usage;

import java.util.List;

/**
 * The line of the user's code that led here: the first frame that belongs neither to this library
 * nor to those it is called through. A stack walk costs microseconds: for declarations, samples,
 * and the end of a use. Thread-safe.
 */
public final class CallSite {

  private static final StackWalker WALKER = StackWalker.getInstance();

  static final String UNKNOWN = "unknown call site";

  /** This library's, of whatever package it will have. */
  private static final String OURS = "dev.holdfast.";

  /** Below ours, but written as users write. */
  private static final List<String> LIKE_A_USER = List.of(OURS + "examples.");

  private static final List<String> CALLED_THROUGH =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "feign.",
          "io.github.resilience4j.",
          "io.lettuce.",
          "io.micrometer.",
          "io.netty.",
          "io.reactivex.",
          "kotlin.",
          "kotlinx.",
          "okhttp3.",
          "okio.",
          "org.apache.commons.pool2.",
          "org.apache.hc.",
          "org.reactivestreams.",
          "org.springframework.",
          "reactor.",
          "redis.clients.",
          "retrofit2.");

  private CallSite() {}

  /**
   * Finds it in the stack of the calling thread.
   *
   * @return for example {@code com.example.Orders.load(Orders.java:42)}; {@code unknown call site}
   *     where the stack holds no user's code, as on an event loop
   */
  public static String find() {
    return WALKER.walk(
        frames ->
            frames
                .filter(frame -> isUsers(frame.getClassName()))
                .findFirst()
                .map(StackWalker.StackFrame::toStackTraceElement)
                .map(CallSite::text)
                .orElse(UNKNOWN));
  }

  static boolean isUsers(String name) {
    return name.startsWith(OURS)
        ? LIKE_A_USER.stream().anyMatch(name::startsWith)
        : CALLED_THROUGH.stream().noneMatch(name::startsWith);
  }

  private static String text(StackTraceElement frame) {
    return frame.getClassName()
        + '.'
        + frame.getMethodName()
        + '('
        + frame.getFileName()
        + ':'
        + frame.getLineNumber()
        + ')';
  }
}
