// deploy/nginx with real servers and stock clients.
import { testBalancer } from "../js/lib/cluster/balancing.mjs";

testBalancer("nginx");
