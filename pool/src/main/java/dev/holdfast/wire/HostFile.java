package dev.holdfast.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The one reader of what the kernel shows as files. A sysctl answers one read and says end of file
 * to the next ({@code proc_dointvec}), and cuts a long text to the room it is given; {@link
 * Files#readString} begins with a read of a single byte where the size is said to be 0. So the
 * first read has room for all there may be.
 */
public final class HostFile {

  /** {@code ip_local_reserved_ports} at its longest is below six bytes for each of 65536 ports. */
  private static final int LONGEST = 6 * 65_536;

  private HostFile() {}

  /**
   * Reads a file of the kernel.
   *
   * @param file below {@code /proc} or {@code /sys}
   * @return its whole text without blanks at its ends; empty if there is no such file or it does
   *     not let itself be read
   */
  public static Optional<String> text(Path file) {
    byte[] room = new byte[LONGEST];
    try (InputStream in = Files.newInputStream(file)) {
      int length = 0;
      for (int read = in.read(room); read > 0; read = in.read(room, length, room.length - length)) {
        length += read;
        if (length == room.length) {
          room = Arrays.copyOf(room, 2 * length);
        }
      }
      return Optional.of(new String(room, 0, length, StandardCharsets.UTF_8).strip());
    } catch (IOException | SecurityException notReadable) {
      return Optional.empty();
    }
  }
}
