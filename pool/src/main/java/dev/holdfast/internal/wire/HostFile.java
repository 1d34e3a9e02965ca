package dev.holdfast.internal.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The one reader of what the kernel shows as files. A sysctl answers one read, as much as there is
 * room for, and says end of file to the next ({@code proc_dointvec}, {@code proc_do_large_bitmap});
 * {@link Files#readString} begins with a read of a single byte where the size is said to be 0. So
 * what fills the room of its first read is read again with more.
 */
public final class HostFile {

  private static final int ROOM = 8 * 1024;

  /** {@code ip_local_reserved_ports} at its longest is below six bytes for each of 65536 ports. */
  private static final int MOST = 6 * 65_536;

  private HostFile() {}

  /**
   * Reads a file of the kernel.
   *
   * @param file below {@code /proc} or {@code /sys}
   * @return its text without blanks at its ends; empty if there is no such file or it does not let
   *     itself be read
   */
  public static Optional<String> text(Path file) {
    try {
      byte[] room = new byte[ROOM];
      int length = read(file, room);
      if (length == room.length) {
        room = new byte[MOST];
        length = read(file, room);
      }
      return Optional.of(new String(room, 0, length, StandardCharsets.UTF_8).strip());
    } catch (IOException | SecurityException notReadable) {
      return Optional.empty();
    }
  }

  private static int read(Path file, byte[] room) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      int length = 0;
      int read = in.read(room);
      while (read > 0) {
        length += read;
        read = length == room.length ? 0 : in.read(room, length, room.length - length);
      }
      return length;
    }
  }
}
