import { createChat } from "poly-messaging-web/inline";
import { converse } from "./conversation.js";

converse(createChat);
