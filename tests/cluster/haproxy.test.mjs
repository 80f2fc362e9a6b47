// deploy/haproxy with real servers and stock clients.
import { testBalancer } from "../js/lib/cluster/balancing.mjs";

testBalancer("haproxy");
