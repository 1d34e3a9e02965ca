package dev.holdfast.http.apache;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/** The body of an answer, whose reader may meet the end of the connection. */
final class WatchedBody extends HttpEntityWrapper {

  private final GuardedConnection connection;

  WatchedBody(HttpEntity body, GuardedConnection connection) {
    super(body);
    this.connection = connection;
  }

  @Override
  public InputStream getContent() throws IOException {
    return new Watched(super.getContent());
  }

  @Override
  public void writeTo(OutputStream to) throws IOException {
    try (InputStream in = getContent()) {
      in.transferTo(to);
    }
  }

  private final class Watched extends InputStream {

    private final InputStream in;

    private Watched(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException thrown) {
        throw connection.bodyFailed(thrown);
      }
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        return in.read(bytes, from, length);
      } catch (IOException thrown) {
        throw connection.bodyFailed(thrown);
      }
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      try {
        in.close();
      } catch (IOException thrown) {
        throw connection.bodyFailed(thrown);
      }
    }
  }
}
