package dev.holdfast.boot3;

import dev.holdfast.boot.MonitoringContract;

final class MonitoringTest extends MonitoringContract {

  MonitoringTest() {
    super(new Boot3Line());
  }
}
