package io.pollux.it.demo;

/**
 * One machine of the pair. The name is also that of its namespace and of its ports on the switches.
 *
 * @param number 1 or 2, the last octet of its address on the link
 */
record Gateway(String name, int number) {
  static final Gateway A = new Gateway("gw-a", 1);
  static final Gateway B = new Gateway("gw-b", 2);

  static final String INSIDE_VIP = "10.1.0.1";
  static final String OUTSIDE_VIP = "203.0.113.1";

  Gateway other() {
    return number == 1 ? B : A;
  }

  String lanAddress() {
    return "10.1.0." + (number + 1);
  }

  String wanAddress() {
    return "203.0.113." + (number + 1);
  }

  String linkAddress() {
    return "10.99.0." + number;
  }

  String lanMac() {
    return mac(1);
  }

  String wanMac() {
    return mac(2);
  }

  String linkMac() {
    return mac(3);
  }

  private String mac(int port) {
    return "02:00:00:00:0" + (number == 1 ? 'a' : 'b') + ":0" + port;
  }
}
