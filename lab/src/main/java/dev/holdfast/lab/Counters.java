package dev.holdfast.lab;

import java.util.concurrent.atomic.AtomicLong;

/** What a middlebox counts. Written by its loop, read by anyone. */
final class Counters {
  final AtomicLong accepted = new AtomicLong();
  final AtomicLong open = new AtomicLong();
  final AtomicLong forgotten = new AtomicLong();
  final AtomicLong resets = new AtomicLong();
  final AtomicLong toServer = new AtomicLong();
  final AtomicLong toClient = new AtomicLong();
  final AtomicLong dropped = new AtomicLong();
}
