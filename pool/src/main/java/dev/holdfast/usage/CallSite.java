package dev.holdfast.usage;

import java.util.List;

/**
 * The line of the user's code that led here: the first frame that belongs neither to this library
 * nor to those it is called through. A stack walk costs microseconds: for declarations, samples,
 * and the end of a use. Thread-safe.
 */
public final class CallSite {

  private static final StackWalker WALKER = StackWalker.getInstance();

  static final String UNKNOWN = "unknown call site";

  private static final List<String> NOT_THE_USER =
      List.of(
          "dev.holdfast.connect.",
          "dev.holdfast.http.",
          "dev.holdfast.pool.",
          "dev.holdfast.redis.",
          "dev.holdfast.usage.",
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "io.netty.",
          "io.lettuce.",
          "io.micrometer.",
          "org.apache.hc.",
          "org.springframework.",
          "reactor.");

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
                .map(StackWalker.StackFrame::toStackTraceElement)
                .filter(frame -> NOT_THE_USER.stream().noneMatch(frame.getClassName()::startsWith))
                .map(CallSite::text)
                .findFirst()
                .orElse(UNKNOWN));
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
