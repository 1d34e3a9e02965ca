package dev.holdfast.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.MultiOutput;
import io.lettuce.core.protocol.RedisCommand;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Collection;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a transaction as Lettuce has registered them, in the order they were issued, with
 * the {@code EXEC} that is to answer them: whatever has become of them since. Read where Lettuce
 * keeps them.
 */
final class RegisteredMembers {

  private static final @Nullable MethodHandle QUEUE = queue();

  private RegisteredMembers() {}

  private static @Nullable MethodHandle queue() {
    try {
      return MethodHandles.privateLookupIn(MultiOutput.class, MethodHandles.lookup())
          .findGetter(MultiOutput.class, "queue", Queue.class);
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return null; // a native image without the entry, or another Lettuce
    }
  }

  /** Null if it cannot be known. */
  static @Nullable Collection<?> of(RedisCommand<?, ?, ?> exec) {
    MethodHandle reachable = QUEUE;
    if (reachable == null) {
      return null;
    }
    try {
      CommandOutput<?, ?, ?> output = exec.getOutput();
      return output instanceof MultiOutput<?, ?> multi
          ? (Queue<?>) reachable.invokeExact((MultiOutput) multi)
          : null;
    } catch (Throwable foreign) {
      return null;
    }
  }
}
