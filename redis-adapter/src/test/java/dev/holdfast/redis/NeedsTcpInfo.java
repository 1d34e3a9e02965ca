package dev.holdfast.redis;

import io.lettuce.core.resource.EpollProvider;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a guard can do only where the kernel's readings reach it: on native epoll. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "dev.holdfast.redis.NeedsTcpInfo$Transport#isEpoll",
    disabledReason = "needs Lettuce on native epoll")
public @interface NeedsTcpInfo {

  /** The transport Lettuce has chosen. */
  final class Transport {
    private Transport() {}

    /** Whether it is native epoll. */
    public static boolean isEpoll() {
      return EpollProvider.isAvailable();
    }
  }
}
