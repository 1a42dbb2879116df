import * as polyMessaging from "/pkg/inline.js";

openChat(polyMessaging);
