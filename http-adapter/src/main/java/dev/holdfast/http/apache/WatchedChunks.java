package dev.holdfast.http.apache;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;

/** A chunked body in front of HttpClient's own, whose trailers it hands on. */
final class WatchedChunks extends ChunkedInputStream {

  /** What its own class is made of and never reads. */
  private static final SessionInputBufferImpl NOTHING = new SessionInputBufferImpl(1);

  private final ChunkedInputStream chunks;
  private final BodyWatch watch;

  WatchedChunks(ChunkedInputStream chunks, BodyWatch watch) {
    super(NOTHING, InputStream.nullInputStream());
    this.chunks = chunks;
    this.watch = watch;
  }

  @Override
  public int read() throws IOException {
    try {
      return watch.read(chunks.read());
    } catch (IOException thrown) {
      throw watch.failed(thrown);
    }
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    try {
      return watch.read(chunks.read(bytes, from, length));
    } catch (IOException thrown) {
      throw watch.failed(thrown);
    }
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    return read(bytes, 0, bytes.length);
  }

  @Override
  public int available() throws IOException {
    return chunks.available();
  }

  @Override
  public Header[] getFooters() {
    return chunks.getFooters();
  }

  @Override
  public void close() throws IOException {
    try {
      chunks.close();
    } catch (IOException thrown) {
      throw watch.failed(thrown);
    }
    watch.ends();
  }
}
