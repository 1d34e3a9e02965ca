package dev.holdfast.http.apache;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/** The body of an answer, whose reader may meet the end of the connection. */
final class WatchedBody extends HttpEntityWrapper {

  private final BodyWatch watch;

  WatchedBody(HttpEntity body, ExchangingConnection connection) {
    super(body);
    this.watch = new BodyWatch(connection);
  }

  /** HttpClient looks for trailers in a stream of its own class. */
  @Override
  public InputStream getContent() throws IOException {
    InputStream in = super.getContent();
    return in instanceof ChunkedInputStream chunks
        ? new WatchedChunks(chunks, watch)
        : new Watched(in, watch);
  }

  @Override
  public void writeTo(OutputStream to) throws IOException {
    try (InputStream in = getContent()) {
      in.transferTo(to);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } catch (IOException thrown) {
      throw watch.failed(thrown);
    }
    watch.ends();
  }

  private static final class Watched extends InputStream {

    private final InputStream in;
    private final BodyWatch watch;

    private Watched(InputStream in, BodyWatch watch) {
      this.in = in;
      this.watch = watch;
    }

    @Override
    public int read() throws IOException {
      try {
        return watch.read(in.read());
      } catch (IOException thrown) {
        throw watch.failed(thrown);
      }
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        return watch.read(in.read(bytes, from, length));
      } catch (IOException thrown) {
        throw watch.failed(thrown);
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
        throw watch.failed(thrown);
      }
      watch.ends();
    }
  }
}
