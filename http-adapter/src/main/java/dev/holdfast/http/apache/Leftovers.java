package dev.holdfast.http.apache;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/**
 * What a connection has in its buffer behind the last answer. Old servers send a line end too many,
 * which HttpClient skips in front of a status line, as RFC 9112 (section 2.2) has it for requests.
 */
final class Leftovers {

  /** As many empty lines as HttpClient skips by itself, and a few. */
  private static final int MOST = 32;

  private Leftovers() {}

  /**
   * Drops line ends from the buffer, reading nothing. The buffer has no name in HttpClient's
   * interface, so its content is read as the body of an answer that nobody sent.
   *
   * @return false if there is anything else: the connection is of no more use then
   */
  static boolean dropLineEnds(ManagedHttpClientConnection connection, ObservedSocket observed)
      throws HttpException, IOException {
    ClassicHttpResponse pretended = new BasicClassicHttpResponse(200);
    pretended.setHeader(HttpHeaders.CONTENT_LENGTH, MOST);
    observed.shut(true);
    try {
      connection.receiveResponseEntity(pretended);
      InputStream buffered = pretended.getEntity().getContent(); // never closed: it would read on
      for (int i = 0; i < MOST; i++) {
        int next = buffered.read();
        if (next != '\r' && next != '\n') {
          return false;
        }
      }
      return false;
    } catch (SocketTimeoutException empty) {
      return true;
    } finally {
      observed.shut(false);
    }
  }
}
