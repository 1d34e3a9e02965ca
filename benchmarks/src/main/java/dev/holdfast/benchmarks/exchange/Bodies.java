package dev.holdfast.benchmarks.exchange;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntities;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicHeader;

/** The bodies of requests. */
final class Bodies {

  private Bodies() {}

  static HttpEntity of(Step step) {
    String text = Character.toString('a' + step.number() % 26).repeat(step.bodyLength());
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return switch (step.body()) {
      case REPEATABLE -> new StringEntity(text);
      case STREAMED ->
          new InputStreamEntity(
              new ByteArrayInputStream(bytes), bytes.length, ContentType.TEXT_PLAIN);
      case CHUNKED ->
          new InputStreamEntity(new ByteArrayInputStream(bytes), ContentType.TEXT_PLAIN);
      case WITH_TRAILERS ->
          HttpEntities.create(text, ContentType.TEXT_PLAIN, new BasicHeader("Sum", "42"));
      case FAILS -> new InputStreamEntity(new Failing(bytes), ContentType.TEXT_PLAIN);
    };
  }

  /** Gives half of what it has. */
  private static final class Failing extends FilterInputStream {

    private Failing(byte[] bytes) {
      super(new ByteArrayInputStream(bytes, 0, bytes.length / 2));
    }

    private static int more(int read) throws IOException {
      if (read < 0) {
        throw new IOException("the caller's own");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      return more(super.read());
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      return more(super.read(into, from, length));
    }
  }
}
