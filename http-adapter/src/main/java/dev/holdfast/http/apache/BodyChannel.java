package dev.holdfast.http.apache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * Where a caller's body is written to.
 *
 * @param channel of the client
 * @param failed hears of what it throws
 */
record BodyChannel(DataStreamChannel channel, Consumer<IOException> failed)
    implements DataStreamChannel {

  /** One call of the channel. */
  @FunctionalInterface
  private interface Step {
    int run() throws IOException;
  }

  private int told(Step step) throws IOException {
    try {
      return step.run();
    } catch (IOException thrown) {
      failed.accept(thrown);
      throw thrown;
    }
  }

  @Override
  public void requestOutput() {
    channel.requestOutput();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return told(() -> channel.write(from));
  }

  @Override
  public void endStream(@Nullable List<? extends Header> trailers) throws IOException {
    told(
        () -> {
          channel.endStream(trailers);
          return 0;
        });
  }

  @Override
  public void endStream() throws IOException {
    told(
        () -> {
          channel.endStream();
          return 0;
        });
  }
}
