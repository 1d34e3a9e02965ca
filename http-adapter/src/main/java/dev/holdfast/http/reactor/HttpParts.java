package dev.holdfast.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpObject;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Which part of an HTTP message an object is. Netty's own classes are asked for first, and they are
 * what comes: a test for one of an object's many interfaces is slow, and evicts the one that the
 * JVM caches for everybody else's tests (JDK-8180450).
 */
final class HttpParts {

  private HttpParts() {}

  /** Null if it is none. */
  static @Nullable HttpObject of(Object msg) {
    if (msg instanceof DefaultHttpObject netty) {
      return netty;
    }
    if (msg == LastHttpContent.EMPTY_LAST_CONTENT) {
      return LastHttpContent.EMPTY_LAST_CONTENT;
    }
    return !(msg instanceof ByteBuf) && msg instanceof HttpObject other ? other : null;
  }

  /** The head of a response; null if it is none. */
  static @Nullable HttpResponse response(HttpObject part) {
    if (part instanceof DefaultHttpResponse netty) {
      return netty;
    }
    boolean content =
        part instanceof DefaultHttpContent || part == LastHttpContent.EMPTY_LAST_CONTENT;
    return !content && part instanceof HttpResponse other ? other : null;
  }

  /** Whether nothing of the message follows. */
  static boolean ends(HttpObject part) {
    if (part == LastHttpContent.EMPTY_LAST_CONTENT || part instanceof DefaultLastHttpContent) {
      return true;
    }
    // A class of either name that is a whole message as well is a subclass of it.
    boolean more =
        part.getClass() == DefaultHttpContent.class || part.getClass() == DefaultHttpResponse.class;
    return !more && part instanceof LastHttpContent;
  }
}
