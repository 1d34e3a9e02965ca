package dev.holdfast.boot4;

import dev.holdfast.boot.MonitoringContract;

final class MonitoringTest extends MonitoringContract {

  MonitoringTest() {
    super(new Boot4Line());
  }
}
