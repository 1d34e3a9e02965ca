package dev.holdfast.internal.wire;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Sets options of a socket that the JDK has no name for. The socket's own number may become another
 * socket's between a check and a call; so the socket is sent to this process itself ({@code
 * SCM_RIGHTS}, unix(7)), which gives it a second descriptor that nobody else can close, and what is
 * behind that one is compared and then set. It is closed at once: while it lives the socket does
 * not end. Thread-safe.
 */
final class OwnDescriptor {

  /** An option to set. */
  @FunctionalInterface
  interface Setting {
    void apply(Socket own) throws IOException;
  }

  private static @Nullable Pair pair;
  private static boolean tried;

  private OwnDescriptor() {}

  /**
   * Sets an option once.
   *
   * @return whether the setting was applied, to that very socket
   */
  static synchronized boolean set(Descriptor descriptor, Setting setting) {
    if (!tried) {
      tried = true;
      pair = Pair.open();
    }
    Pair known = pair;
    if (known == null) {
      return false;
    }
    try {
      Socket own = known.duplicate(descriptor.number());
      if (own == null) {
        return false;
      }
      try {
        if (!descriptor.isThatOf(own)) {
          return false;
        }
        setting.apply(own);
        return true;
      } finally {
        own.close();
      }
    } catch (IOException | ChannelException closedMeanwhileOrRefused) {
      return false;
    }
  }

  /** Two connected sockets of this process; what is sent on one is read from the other. */
  private record Pair(Socket in, Socket out) {

    @Nullable Socket duplicate(int number) throws IOException {
      if (out.sendFd(number) < 0) {
        return null;
      }
      int own = in.recvFd();
      return own < 0 ? null : new Socket(own);
    }

    /** Null where the system has no such sockets, or no place for their name. */
    static @Nullable Pair open() {
      try {
        Path directory = Files.createTempDirectory("holdfast");
        Path name = directory.resolve("fd");
        try {
          return connect(new DomainSocketAddress(name.toString()));
        } finally {
          Files.deleteIfExists(name);
          Files.deleteIfExists(directory);
        }
      } catch (IOException | RuntimeException none) {
        return null;
      }
    }

    private static Pair connect(DomainSocketAddress name) throws IOException {
      Socket listener = Socket.newSocketDomain();
      Socket out = Socket.newSocketDomain();
      boolean connected = false;
      try {
        listener.bind(name);
        listener.listen(1);
        out.connect(name);
        Socket in = new Socket(listener.accept(new byte[128]));
        connected = true;
        return new Pair(in, out);
      } finally {
        close(listener);
        if (!connected) {
          close(out);
        }
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException closed) {
        // either way
      }
    }
  }
}
