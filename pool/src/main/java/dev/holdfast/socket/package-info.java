/**
 * A guarded {@link java.net.Socket}, without any client in it: dialled through the gate and again
 * where a dial is lost, watched while somebody waits on it, judged before it is used again, and its
 * end explained.
 *
 * <p>{@link dev.holdfast.socket.SocketGuard} makes such sockets for whoever takes a {@code
 * SocketFactory}.
 */
@NullMarked
package dev.holdfast.socket;

import org.jspecify.annotations.NullMarked;
