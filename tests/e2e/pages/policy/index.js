import * as polyMessaging from "/pkg/index.js";

openChat(polyMessaging);
