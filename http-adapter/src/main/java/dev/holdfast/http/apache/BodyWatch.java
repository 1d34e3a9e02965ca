package dev.holdfast.http.apache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tells a connection how the reading of an answer's body goes, until the body has ended. */
final class BodyWatch {

  /** Null behind the body's end: an answer that its reader keeps does not keep the connection. */
  private volatile @Nullable ExchangingConnection connection;

  BodyWatch(ExchangingConnection connection) {
    this.connection = connection;
  }

  /** Passes on what a read has returned. */
  int read(int returned) {
    if (returned < 0) {
      ends();
    }
    return returned;
  }

  void ends() {
    connection = null;
  }

  /** What the reader gets. */
  IOException failed(IOException thrown) {
    ExchangingConnection reading = connection;
    return reading == null ? thrown : reading.bodyFailed(thrown);
  }
}
