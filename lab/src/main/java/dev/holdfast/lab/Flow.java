package dev.holdfast.lab;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;

/** One entry of the flow table with both its sockets. Used by the loop thread only. */
final class Flow {
  private enum State {
    /** In the table: bytes pass. */
    KNOWN,
    /** Out of the table: the client meets what {@link Forgetting} says. */
    FORGOTTEN,
    /** The client was sent a FIN by {@link #finish()}; what it still sends is dropped. */
    FINISHED,
    /** Both sockets are closed. */
    CLOSED
  }

  private final Forgetting forgetting;
  private final long idleLimitNanos;
  private final LongSupplier delayNanos;
  private final Counters counters;
  private final SocketChannel client;
  private final SocketChannel server;
  private final SelectionKey clientKey;
  private final SelectionKey serverKey;
  private final Pipe toServer;
  private final Pipe toClient;
  private final ByteBuffer scratch = ByteBuffer.allocate(1 << 16);

  private State state = State.KNOWN;
  private boolean clientEnded;
  private boolean serverEnded;
  private boolean swallowing;
  private boolean blackholed;
  private long lastPayload;

  Flow(
      Forwarder.Settings settings,
      LongSupplier delayNanos,
      Counters counters,
      Selector selector,
      SocketChannel client,
      SocketChannel server,
      long now)
      throws IOException {
    this.forgetting = settings.forgetting();
    this.idleLimitNanos = settings.idleLimitNanos();
    this.delayNanos = delayNanos;
    this.counters = counters;
    this.client = client;
    this.server = server;
    this.toServer = new Pipe(server, counters.toServer);
    this.toClient = new Pipe(client, counters.toClient);
    this.lastPayload = now;
    this.clientKey = client.register(selector, 0, (Forwarder.Ready) this::clientReady);
    this.serverKey = server.register(selector, 0, (Forwarder.Ready) this::serverReady);
    counters.open.incrementAndGet();
  }

  void connect(SocketAddress upstream) {
    try {
      server.connect(upstream);
    } catch (IOException refused) {
      reset();
    }
  }

  private void clientReady(long now) {
    if (clientKey.isReadable()) {
      readClient(now);
    }
  }

  private void serverReady(long now) {
    if (serverKey.isConnectable()) {
      try {
        server.finishConnect();
      } catch (IOException refused) {
        reset();
      }
    } else if (serverKey.isReadable()) {
      readServer(now);
    }
  }

  /**
   * @return whether there may be more to read
   */
  private boolean readClient(long now) {
    int n;
    try {
      n = client.read(scratch.clear());
    } catch (IOException rst) {
      clientReset();
      return false;
    }
    if (n < 0) {
      clientFinished();
    } else if (n > 0) {
      clientSent(scratch.flip(), now);
    }
    return n > 0 && client.isOpen();
  }

  private void clientSent(ByteBuffer bytes, long now) {
    switch (state) {
      case KNOWN -> {
        lastPayload = now;
        toServer.offer(bytes, now);
      }
      case FORGOTTEN -> {
        counters.dropped.addAndGet(bytes.remaining());
        if (forgetting != Forgetting.SILENCE) {
          reset();
        }
      }
      case FINISHED -> counters.dropped.addAndGet(bytes.remaining());
      case CLOSED -> {}
    }
  }

  private void clientFinished() {
    clientEnded = true;
    if (state == State.KNOWN) {
      toServer.finish();
    } else if (state == State.FINISHED || forgetting != Forgetting.SILENCE) {
      close();
    }
  }

  private void clientReset() {
    clientEnded = true;
    closeQuietly(client);
    if (state == State.KNOWN && !blackholed) {
      linger0(server);
      close();
    } else if (state == State.FINISHED
        || (state == State.FORGOTTEN && forgetting != Forgetting.SILENCE)) {
      close();
    }
    // A silent or blackholed path does not carry the RST: the server goes on believing.
  }

  private void readServer(long now) {
    int n;
    try {
      n = server.read(scratch.clear());
    } catch (IOException rst) {
      serverEnded = true;
      closeQuietly(server);
      if (state == State.KNOWN && !blackholed) {
        reset();
      }
      return;
    }
    if (n < 0) {
      serverFinished();
    } else if (n > 0) {
      serverSent(scratch.flip(), now);
    }
  }

  private void serverSent(ByteBuffer bytes, long now) {
    if (state != State.KNOWN || swallowing) {
      counters.dropped.addAndGet(bytes.remaining());
      return;
    }
    lastPayload = now;
    toClient.offer(bytes, now + delayNanos.getAsLong());
  }

  private void serverFinished() {
    serverEnded = true;
    if (state == State.KNOWN && forgetting == Forgetting.FIN_LOST && !clientEnded) {
      forget();
    } else if (state == State.KNOWN) {
      toClient.finish();
    } else {
      closeQuietly(server);
    }
  }

  /** Takes the flow out of the table; bytes under way are lost. */
  void forget() {
    if (state != State.KNOWN) {
      return;
    }
    state = State.FORGOTTEN;
    counters.forgotten.incrementAndGet();
    if (forgetting == Forgetting.FIN_LOST) {
      closeQuietly(server);
    }
  }

  void swallowReplies() {
    swallowing = true;
  }

  void blackhole() {
    blackholed = true;
  }

  void heal(long now) {
    if (!blackholed) {
      return;
    }
    // An RST discards what its sender had not got through: it must be seen before the bytes held
    // here are let go.
    while (client.isOpen() && !clientEnded && toServer.acceptsMore() && readClient(now)) {}
    blackholed = false;
    if (!client.isOpen()) {
      linger0(server);
      close();
    } else if (!server.isOpen()) {
      reset();
    }
  }

  /** Closes the client's end in order and the server's end with it. */
  void finish() {
    if (state == State.CLOSED || state == State.FINISHED || !client.isOpen()) {
      close();
      return;
    }
    state = State.FINISHED;
    closeQuietly(server);
    try {
      client.shutdownOutput();
    } catch (IOException gone) {
      close();
      return;
    }
    if (clientEnded) {
      close();
    }
  }

  /** Answers the client with an RST. */
  void reset() {
    if (client.isOpen()) {
      counters.resets.incrementAndGet(); // first: who met the RST may read the counter
      linger0(client);
    }
    close();
  }

  void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      counters.open.decrementAndGet();
    }
    closeQuietly(client);
    closeQuietly(server);
  }

  boolean closed() {
    return state == State.CLOSED;
  }

  /** Forgets if idle for too long, writes what is due and says what to wait for. */
  void settle(long now) {
    if (nanosToForgetting(now) <= 0) {
      forget();
    }
    boolean clientFull = false;
    boolean serverFull = false;
    if (carries()) {
      try {
        serverFull = toServer.pump(now);
        clientFull = toClient.pump(now);
      } catch (IOException broken) {
        reset();
      }
      if (toServer.finished() && toClient.finished()) {
        close();
      }
    } else if (state != State.KNOWN && !client.isOpen() && !server.isOpen()) {
      close();
    }
    await(clientKey, client, reads(clientEnded, toServer), clientFull);
    await(serverKey, server, reads(serverEnded, toClient), serverFull);
  }

  private boolean carries() {
    return state == State.KNOWN && !blackholed && server.isConnected();
  }

  private boolean reads(boolean ended, Pipe pipe) {
    return !ended && (state != State.KNOWN || pipe.acceptsMore());
  }

  private static void await(SelectionKey key, SocketChannel channel, boolean read, boolean write) {
    if (!channel.isOpen()) {
      return;
    }
    if (!channel.isConnected()) {
      key.interestOps(SelectionKey.OP_CONNECT);
      return;
    }
    key.interestOps((read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0));
  }

  /** Nanoseconds until {@link #settle(long)} has something to do by time alone. */
  long nanosToNextDue(long now) {
    long due = nanosToForgetting(now);
    if (carries()) {
      due = Math.min(due, toClient.nanosToNextDue(now));
    }
    return Math.max(0, due);
  }

  private long nanosToForgetting(long now) {
    return state == State.KNOWN && idleLimitNanos != Forwarder.Settings.NEVER
        ? idleLimitNanos - (now - lastPayload)
        : Long.MAX_VALUE;
  }

  private static void linger0(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException alreadyClosed) {
      return;
    }
    closeQuietly(channel);
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException ignored) {
      // The socket is given up either way.
    }
  }
}
