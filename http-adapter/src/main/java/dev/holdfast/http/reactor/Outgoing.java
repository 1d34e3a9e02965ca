package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.RequestSafety;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request of one exchange, as it passes on its way to the wire. Confined to the connection's
 * event loop.
 */
final class Outgoing {

  /** Reactor Netty sends no body with these unless told to. */
  private static final Set<String> BODILESS = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "DELETE");

  /** What says where a body ends: that of the repeat is the repeat's. */
  private static final List<AsciiString> FRAMING =
      List.of(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderNames.TRANSFER_ENCODING);

  private final String method;
  private final @Nullable HttpRequest repeated;
  private @Nullable HttpRequest head;
  private boolean body;

  /**
   * @param lost what this is the repeat of; null if it is none
   */
  Outgoing(String method, @Nullable Outgoing lost) {
    this.method = method;
    this.repeated = lost == null ? null : lost.head;
  }

  String method() {
    return method;
  }

  /**
   * A part passes.
   *
   * @return whether it is the head
   */
  boolean passes(Object part) {
    // Netty's own classes first, see HttpParts; what the head says is read when it matters.
    if (part instanceof DefaultFullHttpRequest full) {
      begins(full);
      body |= full.content().isReadable();
      return true;
    }
    if (part instanceof DefaultHttpRequest plain) {
      begins(plain);
      return true;
    }
    if (part instanceof DefaultHttpContent content) {
      body |= content.content().isReadable();
    } else if (part instanceof ByteBuf bytes) {
      body |= bytes.isReadable();
    } else if (part != LastHttpContent.EMPTY_LAST_CONTENT) {
      return passesOther(part);
    }
    return false;
  }

  private boolean passesOther(Object part) {
    if (part instanceof HttpRequest other) {
      begins(other);
    }
    if (part instanceof HttpContent content) {
      body |= content.content().isReadable();
    }
    return part instanceof HttpRequest;
  }

  private void begins(HttpRequest request) {
    head = request;
    HttpRequest before = repeated;
    if (before != null) {
      repeat(before, request);
    }
  }

  /** The message that was lost, as it was: the client would not authenticate it again, say. */
  private static void repeat(HttpRequest lost, HttpRequest now) {
    if (lost != now
        && lost.method().equals(now.method())
        && lost.uri().equals(now.uri())
        && FRAMING.stream()
            .allMatch(n -> lost.headers().getAll(n).equals(now.headers().getAll(n)))) {
      now.headers().set(lost.headers());
    }
  }

  /** Whether it asks for a tunnel. */
  boolean connects() {
    return method.equals("CONNECT");
  }

  /** Whether it asks its server to run it once. */
  boolean keyed() {
    HttpRequest seen = head;
    String key = seen == null ? null : seen.headers().get(RequestSafety.IDEMPOTENCY_KEY);
    return key != null && !key.isBlank();
  }

  /**
   * Whether the body, if there is one, need not be asked for a second time.
   *
   * @param begun whether the client may have asked for it although no head has passed
   */
  boolean repeatable(boolean begun) {
    HttpRequest seen = head;
    return seen == null ? !begun || BODILESS.contains(method) : !body && !announcesBody(seen);
  }

  private static boolean announcesBody(HttpRequest head) {
    return !(head instanceof FullHttpRequest)
        && (HttpUtil.isTransferEncodingChunked(head)
            || head.headers().contains(HttpHeaderNames.CONTENT_LENGTH));
  }
}
