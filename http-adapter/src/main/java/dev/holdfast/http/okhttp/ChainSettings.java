package dev.holdfast.http.okhttp;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import okhttp3.Interceptor;
import org.jspecify.annotations.Nullable;

/** What an interceptor may change for one call, since OkHttp 5.4. */
final class ChainSettings {

  /** {@code Chain.getRetryOnConnectionFailure()}; null before. */
  private static final @Nullable MethodHandle RETRIES = find();

  private ChainSettings() {}

  private static @Nullable MethodHandle find() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              Interceptor.Chain.class,
              "getRetryOnConnectionFailure",
              MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException older) {
      return null;
    }
  }

  /**
   * Whether the client may repeat what failed.
   *
   * @param ofClient as its builder has it
   */
  static CallInterceptor.Retries retries(boolean ofClient) {
    MethodHandle ofCall = RETRIES;
    return ofCall == null ? chain -> ofClient : chain -> asked(ofCall, chain);
  }

  private static boolean asked(MethodHandle ofCall, Interceptor.Chain chain) {
    try {
      return (boolean) ofCall.invoke(chain);
    } catch (RuntimeException | Error theirs) {
      throw theirs;
    } catch (Throwable undeclared) {
      throw new IllegalStateException(undeclared);
    }
  }
}
